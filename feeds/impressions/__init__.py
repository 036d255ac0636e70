"""What readers really had on screen, and what they did with it: what rankings are learned from and judged by."""
