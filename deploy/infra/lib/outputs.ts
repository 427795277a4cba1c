import { CfnOutput } from 'aws-cdk-lib';
import type { DeskStack } from './desk-stack';

/** What a release and an operator need to know, by the names that deploy/README.md uses. */
export function tellOutputs(stack: DeskStack): void {
  const { settings, buckets, cdn, front, machine, secrets, mail, github, database, names } = stack;
  const tell = (id: string, value: string | undefined, description: string): void => {
    if (value !== undefined) new CfnOutput(stack, id, { value, description });
  };
  tell('DeskUrl', stack.url, 'Where people find the desk');
  tell(
    'DistributionName',
    cdn.distribution.distributionDomainName,
    'Where the name of the desk leads: CNAME',
  );
  tell('DistributionId', cdn.distribution.distributionId, 'For the release');
  tell('ClientBucket', buckets.client.bucketName, 'For the release');
  tell('ArtefactsBucket', buckets.artefacts.bucketName, 'For the release');
  tell('AttachmentsBucket', buckets.attachments.bucketName, 'Files of the desk');
  tell('BackupsBucket', buckets.backups.bucketName, 'Backups of the desk');
  tell('MachineTag', names.tag, 'Machines of the desk: the value of their tag liftdesk');
  tell('MachineGroup', machine.group.autoScalingGroupName, 'The auto-scaling group of the machines');
  tell('DeskSecret', secrets.desk.secretArn, 'The secret of the desk');
  tell('BackupKeySecret', secrets.backupKey.secretArn, 'Keep a copy of its value elsewhere');
  tell('DatabaseSecret', database?.credentials, 'Who signs in to PostgreSQL, and where it is');
  tell('MailTopics', mail.topicArns, 'Where SES tells of bounces and complaints');
  tell('Address', front.mainstay?.address.attrPublicIp, 'The address of the machine');
  tell('DataVolume', front.mainstay?.volume.volumeId, 'The volume of the database');
  tell(
    'OriginName',
    settings.domain && `origin.${settings.domain}`,
    'Leads to the address, or to the load balancer',
  );
  tell(
    'LoadBalancerName',
    front.balancer?.balancer.loadBalancerDnsName,
    'Where the name of the origin leads: CNAME',
  );
  tell('GithubRole', github?.role.roleArn, 'For the workflow: role-to-assume');
}
