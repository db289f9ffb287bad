/**
 * A server for files, as one that can run as any user: it takes its port from PORT when it starts. What it answers is what
 * Slipway's own server answers on this computer: `page` for `page.html`, the fallback, the site's 404.html, no hidden files.
 */
export function toStaticServer(fallback: string | null): string[] {
  const last = fallback === null ? '=404' : `/${fallback}`
  return [
    "COPY <<'EOF' /etc/nginx/slipway.conf",
    'worker_processes 1;',
    'pid /tmp/nginx.pid;',
    'events { worker_connections 1024; }',
    'http {',
    '  include /etc/nginx/mime.types;',
    '  default_type application/octet-stream;',
    '  client_body_temp_path /tmp/client;',
    '  proxy_temp_path /tmp/proxy;',
    '  fastcgi_temp_path /tmp/fastcgi;',
    '  uwsgi_temp_path /tmp/uwsgi;',
    '  scgi_temp_path /tmp/scgi;',
    '  access_log /dev/stdout;',
    '  sendfile on;',
    '  gzip on;',
    '  gzip_types text/css application/javascript application/json image/svg+xml;',
    '  server_tokens off;',
    '  absolute_redirect off;',
    '  server {',
    '    listen SLIPWAY_PORT;',
    '    root /srv;',
    '    error_page 404 /404.html;',
    '    location ~ /\\.(?!well-known/) { return 404; }',
    `    location / { try_files $uri $uri.html $uri/index.html ${last}; }`,
    '  }',
    '}',
    'EOF',
  ]
}

export const staticImage = 'nginxinc/nginx-unprivileged:stable'

/** Puts the port into the configuration, then becomes the server. */
export const staticCommand =
  'sed "s/SLIPWAY_PORT/$PORT/" /etc/nginx/slipway.conf >/tmp/nginx.conf && exec nginx -e /dev/stderr -c /tmp/nginx.conf -g "daemon off;"'
