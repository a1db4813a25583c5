"""The program: configuration, rules, storage, desks and what people see."""
