"""The papers that the pages point to."""

import streamlit as st

PAPERS = {
    "Kingma & Welling 2014": "https://arxiv.org/abs/1312.6114",
    "Rezende et al. 2014": "https://arxiv.org/abs/1401.4082",
    "Rippel et al. 2014": "https://arxiv.org/abs/1402.0915",
    "Germain et al. 2015": "https://arxiv.org/abs/1502.03509",
    "Burda et al. 2016": "https://arxiv.org/abs/1509.00519",
    "Papamakarios et al. 2017": "https://arxiv.org/abs/1705.07057",
    "Park et al. 2019": "https://arxiv.org/abs/2211.17267",
    "Townsend et al. 2019": "https://arxiv.org/abs/1901.04866",
    "LeCun et al. 1998": "https://doi.org/10.1109/5.726791",
}


def read_more(*papers: str) -> None:
    """End a section with links to its papers."""
    links = " · ".join(f"[{name}]({PAPERS[name]})" for name in papers)
    st.markdown(f":small[Read more: {links}]")
