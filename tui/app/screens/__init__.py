"""The app's screens: they ask by messages and show what comes back."""
