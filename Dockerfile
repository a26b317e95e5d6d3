FROM python:3.11-slim-bookworm

# Optional: one more index, for example with builds of torch that need no GPU and are smaller.
ARG PIP_EXTRA_INDEX_URL

WORKDIR /app

COPY scripts/system-packages.sh scripts/
RUN sh scripts/system-packages.sh python libgl1 libglib2.0-0 libseccomp2 \
    && rm -rf /var/lib/apt/lists/*

COPY requirements.txt constraints.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action ignore \
    -r requirements.txt

COPY .streamlit/config.toml .streamlit/
COPY deploy/start.sh deploy/
COPY xai_core xai_core/
COPY components components/
COPY pages pages/
COPY app.py ./

# A model's process may not write its bytecode, and would compile at every start.
RUN python -m compileall -q app.py xai_core components pages

# The owner of this folder is the owner of a new volume.
RUN groupadd --gid 10001 pedestal \
    && useradd --uid 10001 --gid pedestal --no-create-home --home-dir /nonexistent pedestal \
    && install -d -m 700 -o pedestal -g pedestal /data

# In here `localhost` is the container alone. Which way leads in is said by who publishes the port.
# With an address for the browser, Streamlit asks no other server for its own.
ENV PEDESTAL_DATA=/data \
    STREAMLIT_BROWSER_SERVER_ADDRESS=localhost \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501

VOLUME /data
EXPOSE 8501
USER 10001:10001

# Without a proxy, whatever the environment says: the request stays in the container.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os; from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('http://127.0.0.1:' + os.environ['STREAMLIT_SERVER_PORT'] + '/_stcore/health', timeout=4)"]

CMD ["sh", "deploy/start.sh"]
