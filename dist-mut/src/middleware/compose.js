/** Composes middlewares into one, because each layer of Express costs every request a little. */
export function compose(middlewares) {
    return (request, response, done) => {
        let index = 0;
        const next = (error) => {
            const middleware = error === undefined ? middlewares[index++] : undefined;
            if (middleware)
                void middleware(request, response, next);
            else
                done(error);
        };
        next();
    };
}
//# sourceMappingURL=compose.js.map