"""The smallest Streamlit page."""

import streamlit as st

st.title("empty")
