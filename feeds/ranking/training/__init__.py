"""Training the learned ranking: only `manage.py train_ranker` comes here, and scikit-learn and numpy with it."""
