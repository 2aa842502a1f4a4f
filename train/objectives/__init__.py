"""What a fine-tuning loop minimises, one file an objective."""
