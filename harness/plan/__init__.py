"""Plans: a TOML file in, checked runs out."""
