"""The API of posts, by subject."""
