"""How somebody proves who they are: a link, a password and a code, a passkey, another system's word."""
