"""The sample task: hand-written support tickets, and the seeded build that plants known flaws in them."""
