"""Amazon Bedrock's Converse API, as a provider for Interlock."""
