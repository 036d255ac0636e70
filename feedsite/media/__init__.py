"""Pictures and videos: what they may be, made fit to be shown, kept and served.

Only processes of their own, with limits, read what strangers sent (`guarded`).
"""
