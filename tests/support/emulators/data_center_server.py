"""Serves `jira820` on a port: `python data_center_server.py PORT`. Its own command listens on 8080."""

import sys

import uvicorn
from jira820.config import Config
from jira820.server import make_app

WORKFLOW = {
    "Open": ["In Progress", "In Review"],
    "In Progress": ["Open", "In Review", "Done"],
    "In Review": ["In Progress", "Done"],
    "Done": ["Reopened"],
    "Reopened": ["In Progress"],
}

if __name__ == "__main__":
    app = make_app(config=Config(project_key="SHOP", project_name="Shop", transition_scheme=WORKFLOW))
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
