"""What the staff must know wherever they are: whom it concerns, when, in which words."""
