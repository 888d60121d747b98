#!/usr/bin/env bash
# Start replicas of the app on ports 8501, 8502, ...: deploy/replicas.sh [how many]. Ctrl-C ends them all.
set -euo pipefail
cd "$(dirname "$0")/.."

replicas=()
trap 'kill "${replicas[@]}" 2>/dev/null || true' EXIT # some may have ended already
for ((i = 0; i < ${1:-2}; i++)); do
    .venv/bin/streamlit run streamlit_app.py --server.headless true \
        --server.address 127.0.0.1 --server.port $((8501 + i)) &
    replicas+=($!)
done
wait
