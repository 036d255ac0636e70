"""Pages of posts, and the forms that make and change them, by subject."""
