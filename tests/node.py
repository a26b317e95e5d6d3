"""The Node.js that Playwright brings, for scripts of the browser that need no browser."""

from playwright._impl._driver import compute_driver_executable

NODE = compute_driver_executable()[0]
