/** The scopes that a token can grant. */
export const scopes = [
    'tickets:read',
    'tickets:write',
    'tickets:own',
    'tickets:import',
    'tickets:erase',
    'webhooks:manage',
    'metrics:read',
];
//# sourceMappingURL=principal.js.map