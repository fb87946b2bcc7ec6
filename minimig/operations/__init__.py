"""Operations: one change each, as frozen values. Start with `base`; `footprint` says what an operation touches."""
