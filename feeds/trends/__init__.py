"""What rises: hashtags that many use who usually do not, and posts that many answer at this hour.

`counting` fills hourly buckets from the tables, `rising` judges them, `listing` keeps what was found for `reading`.
"""
