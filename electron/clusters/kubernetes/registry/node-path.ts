import { installed } from './names.ts'

/** What every node runs: it takes requests at the node's own 127.0.0.1, and passes them on to the registry's Service. */
export const nodePathConfiguration = `worker_processes 1;
pid /tmp/nginx.pid;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path /tmp/client;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server {
    listen 127.0.0.1:${installed.nodePort};
    client_max_body_size 0;
    location / {
      proxy_pass http://${installed.registry}.${installed.namespace}.svc:${installed.port};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_buffering off;
      proxy_read_timeout 300s;
    }
  }
}
`
