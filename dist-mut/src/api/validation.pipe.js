import { validateSync } from 'class-validator';
import { InvalidRequest } from './problem.js';
import { compileDto } from './compiled-dto.js';
/**
 * Validates bodies, parameters and queries by the class-validator rules of their DTO class, and names every invalid field.
 * Nest's own pipe lets fields such as `constructor` and `hasOwnProperty` through its whitelist. Here the fields of an endpoint
 * are exactly the ones that have a rule.
 */
export class ValidationPipe {
    compiled = new Map();
    transform(value, { metatype }) {
        if (!metatype || typeof value !== 'object' || value === null)
            return value;
        const dto = this.compiledDto(metatype);
        if (dto.fields.size === 0)
            return value;
        const unknown = Object.keys(value).filter((field) => !dto.fields.has(field));
        const instance = dto.convert(value);
        if (unknown.length === 0 && dto.isValid(instance))
            return instance;
        throw new InvalidRequest([
            ...unknown.map((field) => ({ field, message: 'is not a field of this endpoint' })),
            ...validateSync(instance, { stopAtFirstError: true }).map(({ property, constraints }) => {
                const [message = 'is not valid'] = Object.values(constraints ?? {});
                return { field: property, message: withoutPrefix(message, property) };
            }),
        ]);
    }
    compiledDto(type) {
        const known = this.compiled.get(type) ?? compileDto(type);
        this.compiled.set(type, known);
        return known;
    }
}
/** The default messages of class-validator begin with the name of the field. */
function withoutPrefix(message, property) {
    return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}
//# sourceMappingURL=validation.pipe.js.map