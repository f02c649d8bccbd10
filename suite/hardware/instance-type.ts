/** Drops the prefix that SageMaker puts before the name of an EC2 instance type: `ml.p5.48xlarge` is a `p5.48xlarge`. */
export function ec2InstanceType(instanceType: string): string {
  return instanceType.replace(/^ml\./, '');
}
