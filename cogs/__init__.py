"""The Discord commands and listeners: read options, call bot/, show the answer."""
