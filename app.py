"""REC Lab from a checkout: `streamlit run app.py`. Installed, `rec-lab` starts the same."""

from rec_viz.app import main

main()
