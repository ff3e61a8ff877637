"""Where models come from: fetching, converting, choosing and testing them."""
