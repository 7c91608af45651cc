"""The pages of the game. Each view gets, decides and renders; queries live in the querysets."""
