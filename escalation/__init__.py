"""The ticket desk: tickets, their clocks, the business calendar and who takes them."""
