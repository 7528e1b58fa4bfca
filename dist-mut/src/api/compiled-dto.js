import { TransformationType } from 'class-transformer';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, ValidationTypes } from 'class-validator';
/** Looks the decorators of a DTO class up: rules, `ValidateIf` and `Transform`, without groups, versions and nested classes. */
export function compileDto(type) {
    const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
    const fields = new Set(rules.map(({ propertyName }) => propertyName));
    const checks = [...fields].map((name) => checkOf(name, rules.filter(({ propertyName }) => propertyName === name)));
    const transforms = new Map([...fields].map((name) => [name, transformsOf(type, name)]));
    return {
        fields,
        convert: (given) => {
            const instance = new type();
            for (const [key, functions] of transforms) {
                if (!Object.hasOwn(given, key))
                    continue;
                let value = given[key];
                for (const transform of functions)
                    value = transform({ value, key, obj: given, type: TransformationType.PLAIN_TO_CLASS, options: {} });
                instance[key] = value;
            }
            return instance;
        },
        isValid: (instance) => checks.every((check) => check(instance)),
    };
}
function transformsOf(type, name) {
    const found = defaultMetadataStorage.findTransformMetadatas(type, name, TransformationType.PLAIN_TO_CLASS);
    return found.map(({ transformFn }) => transformFn);
}
/** Returns a function that checks a field of an instance by all of its rules. */
function checkOf(name, rules) {
    const isOf = (kind) => (rule) => rule.type === kind;
    const conditions = rules.filter(isOf(ValidationTypes.CONDITIONAL_VALIDATION));
    const others = rules.filter((rule) => !conditions.includes(rule)).map(ruleCheck);
    return (object) => {
        const value = object[name];
        const applies = conditions.every(({ constraints: [condition] }) => condition(object, value));
        return !applies || others.every((check) => check(value, object));
    };
}
function ruleCheck(rule) {
    const { type, each, constraintCls, constraints, propertyName: property } = rule;
    if (type !== ValidationTypes.CUSTOM_VALIDATION)
        throw new Error(`${property} has a rule of the type ${type}`);
    const validators = getMetadataStorage().getTargetValidatorConstraints(constraintCls);
    const targetName = typeof rule.target === 'string' ? rule.target : rule.target.name;
    return (value, object) => validators.every(({ instance }) => {
        const isValid = (one) => instance.validate(one, { targetName, property, object, value, constraints }) === true;
        return each && isCollection(value) ? [...value.values()].every(isValid) : isValid(value);
    });
}
function isCollection(value) {
    return Array.isArray(value) || value instanceof Set || value instanceof Map;
}
//# sourceMappingURL=compiled-dto.js.map