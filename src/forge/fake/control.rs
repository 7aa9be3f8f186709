//! People and knobs as JSON, for tests that reach the model through a server.
