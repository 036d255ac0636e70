"""The order of home: chronological, by a formula that everybody can read, or learned."""
