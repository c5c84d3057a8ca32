// What `secretsim init` writes beside a scenario for those who have no manifests at hand.

/** A Secret and a Deployment that mounts it. */
export const EXAMPLE_MANIFESTS = `apiVersion: v1
kind: Secret
metadata: { name: db, namespace: default }
stringData: { password: change-me }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: 12
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: registry.example/web:1
          volumeMounts:
            - { name: db, mountPath: /etc/db, readOnly: true }
      volumes:
        - name: db
          secret: { secretName: db }
`;
