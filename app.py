"""REC Lab from a checkout: `streamlit run app.py`. Installed, `rec-lab` starts the same."""

import streamlit as st

from rec_viz.app import ROUTES, main

if __name__ == "__main__":  # run for a visitor
    main()
else:  # the server
    app = st.App(__file__, routes=ROUTES)
