/** Removes the prefix `ml.` of SageMaker from an EC2 instance type: `ml.p5.48xlarge` becomes `p5.48xlarge`. */
export function ec2InstanceType(instanceType: string): string {
  return instanceType.replace(/^ml\./i, '');
}
