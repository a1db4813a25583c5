"""What an operator sees of the running bot: is it well, and what does it cost. Nothing is loaded unasked."""
