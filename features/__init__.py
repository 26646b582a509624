"""Facts: one SQL file each, by grain; network/ is the graph of providers, patients, pharmacies."""
