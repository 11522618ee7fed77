"""The reference ward server: speaks the contract that the sender expects, keeps what arrives, signs receipts."""
