"""Every public page, written the slow way and then faster, step by step: what each step brings."""
