"""What a sceptic would use instead, without this model."""
