"""Small parts of a page that Streamlit lacks: each a folder, or a file, that shows one thing."""
