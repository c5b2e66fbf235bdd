// (filled by its owner)
