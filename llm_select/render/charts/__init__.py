"""Pictures of results: plain data in, SVG text out. No file, no clock, no dependency; `style.CSS` colours them."""
