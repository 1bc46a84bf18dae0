"""The demo: a hub's life over two years, told through the portal's own actions."""
