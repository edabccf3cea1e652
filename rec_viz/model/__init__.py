"""What the pages know: pure, no Streamlit; a module bears its page's name. `setting` is where they all begin."""
