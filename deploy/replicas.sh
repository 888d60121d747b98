#!/usr/bin/env bash
# Start replicas of the app on ports 8501, 8502, ...: deploy/replicas.sh [how many]. Ctrl-C ends them all.
set -euo pipefail
cd "$(dirname "$0")/.."

trap 'kill $(jobs -p)' EXIT
for ((i = 0; i < ${1:-2}; i++)); do
    .venv/bin/streamlit run streamlit_app.py --server.headless true --server.port $((8501 + i)) &
done
wait
