"""The pages: each area has a module, which reads the request, asks services and selectors, and hands finished values to a template."""
