"""What only organizers see, and who is kept out of a desk."""
