"""Conversations: from a cell of chat turns to input and output, whole or with the reason why not."""
