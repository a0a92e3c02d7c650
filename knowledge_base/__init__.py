"""The library: FAQ entries, the law they rest on, and the matcher that finds them."""
